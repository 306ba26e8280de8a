"""Take-downs carried out: what a rule reaches, everything that holds its text, and the receipt of it."""
