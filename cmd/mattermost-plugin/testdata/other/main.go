// Command other is another plugin on the same server, for tests: it uploads
// files past people, and can read every upload, as other plugins do.
package main

import (
	"crypto/sha256"
	"io"
	"net/http"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

type other struct {
	plugin.MattermostPlugin
	settings struct{ Read string }
}

func (o *other) OnConfigurationChange() error { return o.API.LoadPluginConfiguration(&o.settings) }

// FileWillBeUploaded reads and hashes the bytes and does nothing with them.
func (o *other) FileWillBeUploaded(_ *plugin.Context, _ *model.FileInfo, file io.Reader, _ io.Writer) (*model.FileInfo, string) {
	if o.settings.Read == "yes" {
		if _, err := io.Copy(sha256.New(), file); err != nil {
			return nil, "cannot be read"
		}
	}
	return nil, ""
}

// ServeHTTP uploads the body into the channel that the query names.
func (o *other) ServeHTTP(_ *plugin.Context, w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	info, appErr := o.API.UploadFile(data, r.URL.Query().Get("channel"), "geheimzinnig.txt")
	if appErr != nil {
		w.WriteHeader(appErr.StatusCode)
		_, _ = io.WriteString(w, appErr.Error())
		return
	}
	_, _ = io.WriteString(w, info.Id)
}

func main() { plugin.ClientMain(&other{}) }
