"""`python -m gradiente` is the command `gradiente`."""

from gradiente.cli import main

if __name__ == "__main__":
    main()
