"""`python -m facewright`: the command, for launchers that start modules, such as torchrun."""

from facewright.cli.main import main

if __name__ == "__main__":
    main()
