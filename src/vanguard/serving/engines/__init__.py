"""The embedded engines: llama.cpp for chat, a sentence encoder for embeddings."""
