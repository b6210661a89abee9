"""The matrix of model kinds and backends: each right, or refused."""
