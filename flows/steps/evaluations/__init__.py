"""An evaluation of the model as a page for people who know the subject: figures and words."""
