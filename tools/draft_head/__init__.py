"""Training of a recurrent draft head for a Llama-shaped target."""
