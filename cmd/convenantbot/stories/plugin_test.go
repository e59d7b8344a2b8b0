package stories

// pluginStories are the stories of the points in the plugin.
var pluginStories = map[string]func(*house){}
