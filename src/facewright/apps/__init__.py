"""What people want faces found for: blurring, cropping, describing, indexing, video, pages. Without torch."""
