"""An index of folders of pictures: one SQLite file that knows their faces, kept up to date and asked."""
