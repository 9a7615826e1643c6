package dashboard

import (
	"embed"
	"io/fs"
	"mime"
	"net/http"
	"path"
)

//go:embed page
var files embed.FS

// assets are the names of the files that the page consists of, itself apart.
func assets() []string {
	var all []string
	_ = fs.WalkDir(files, "page", func(name string, entry fs.DirEntry, err error) error { // embedded files are all there
		if name = name[len("page"):]; err == nil && !entry.IsDir() && name != "/index.html" {
			all = append(all, name[1:])
		}
		return err
	})
	return all
}

// page serves an embedded file.
func page(name string) http.Handler {
	data, _ := files.ReadFile(path.Join("page", name)) // it is there
	kind := mime.TypeByExtension(path.Ext(name))
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(data) // a browser that leaves needs nothing
	})
}
