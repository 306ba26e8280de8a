"""Where raw source files come from: installed packages, directory trees and git checkouts, dumps."""
