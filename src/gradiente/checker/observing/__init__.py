"""What was observed while a student's code ran: its values, the forward passes in them, the training steps."""
