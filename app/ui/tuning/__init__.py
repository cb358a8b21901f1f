"""Fine-tuning on screen: the wizard of five screens, the list of jobs, and the quiet line in the list of chats."""
