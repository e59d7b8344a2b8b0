// Package stories holds whole-program stories as tests: the built binary, the
// uploaded plugin, a real Mattermost server, or the try-out in a browser's
// place.
//
// What a story may use is what people have: the server's REST interface and
// websocket as users, its administrator's rights to install, and the operator's
// commands. It never calls the bot's own code. Where it looks into the server's
// database or file store, it is to be sure that something is not there.
//
// The binary is built with failpoints (package fault), which let it be killed
// at every named place, and which give it a clock that can be set ahead.
//
// The package knows nothing of the product's insides and imports of ours only
// what starts servers for tests.
package stories
