// Package yamlfile reads the YAML that people write for the bot: rule bundles
// and region packs. It fills structs strictly and collects everything that is
// wrong, each complaint as "file:line:column: sentence", so that an author
// mends a file in one round instead of ten.
//
// It knows no rule and no region, and imports nothing of ours.
package yamlfile
