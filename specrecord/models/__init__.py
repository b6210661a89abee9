"""Who computes: numpy and mlx models, and their contract with decoding, `base`."""
