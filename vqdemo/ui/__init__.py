"""The page on which a visitor draws, sees codes, edits them and has them completed.

page.py builds it as a Gradio app; ../site.py writes it as plain files.
"""
