"""Whether a thesis held up: what is measured on the sessions after its article, and how surely."""
