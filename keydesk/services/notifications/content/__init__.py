"""What emails say: one template a kind, rendered as text and as HTML in the reader's language."""
