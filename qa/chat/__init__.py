"""The chat in the browser. Gradio is imported in here and nowhere else."""
