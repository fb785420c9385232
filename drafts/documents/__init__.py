"""Articles as files: plain text, Markdown or HTML, and what their heads say of them."""
