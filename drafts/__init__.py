"""From the article to the thesis: a text in, one Python file with its claims as data out.

Rules and tables alone: no model and no network. What the rules do not tell stays for a person.
"""
