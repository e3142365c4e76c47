"""What a reader looks at: the pages' modules in JavaScript, several of them as one text, and what notebooks show."""
