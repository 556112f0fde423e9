"""`herenow compare`: both versions of the article, measured on real services. Herenow itself does not need it."""
