"""Who computes: numpy, mlx and transformers models, and their contract with decoding, `base`."""
