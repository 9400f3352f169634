"""What is done with a message in a conversation, before and after the articles are asked."""
