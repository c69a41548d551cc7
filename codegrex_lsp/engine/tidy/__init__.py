"""Small filters that shape a suggestion. One file each, pure, text in and text out."""
