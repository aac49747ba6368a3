"""What people want faces found for: blurring, cropping, describing, indexing, video, a page. No torch."""
