"""What the networks of this project are measured against, trained on the same data by the same clock."""
