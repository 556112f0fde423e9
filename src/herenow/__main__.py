from herenow.cli import main

main()
