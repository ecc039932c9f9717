"""What was answered and what shoppers made of it: the prediction log, feedback, and what is counted out of both."""
