"""The checks of the whole suite: what no single ticket can show."""
