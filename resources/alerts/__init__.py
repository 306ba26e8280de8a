"""Word to people who do not watch: a message to a webhook, by e-mail, or both."""
