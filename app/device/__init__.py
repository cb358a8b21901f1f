"""The near half: tokenizer, embeddings, LM head, adapters, sampling. torch lives here; no sockets, no Qt."""
