"""The plots of stories, by where they take place."""
