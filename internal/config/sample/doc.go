// Command sample writes the sample of the settings file from the table in
// internal/config, and knows nothing else.
package main
