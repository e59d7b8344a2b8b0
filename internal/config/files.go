package config

import (
	"errors"
	"regexp"
)

// bucketForm is what the name of a bucket may be everywhere.
var bucketForm = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

func bucket(c *Config, value string) error {
	if value != "" && !bucketForm.MatchString(value) {
		return errors.New("want 3 to 63 lower case letters, digits, points and hyphens")
	}
	c.Files.Bucket = value
	return nil
}

func filesIn(c *Config, value string) error {
	if value != "database" && value != "s3" {
		return errors.New("want database or s3")
	}
	c.Files.Store = value
	return nil
}

// checkFiles checks what the settings of a bucket promise about each other.
func checkFiles(f Files, report func(name, sentence string)) {
	if !f.Used() {
		return
	}
	for name, empty := range map[string]bool{"files.endpoint": f.Endpoint == "", "files.bucket": f.Bucket == "",
		"files.access_key": f.Access() == "", "files.secret_key": f.Secret() == ""} {
		if empty {
			report(name, "must be set, since files.store is s3")
		}
	}
}
