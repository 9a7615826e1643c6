package admin

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"

	"github.com/seed-810f1486/multiaccount/internal/regular"
	"github.com/seed-810f1486/multiaccount/internal/shown"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/settings"
)

// settingsBody are the settings as they are answered.
type settingsBody struct {
	Path string `json:"path"`
	// Document is the file.
	Document string `json:"document"`
	// Entries are what is in effect; none when the file is wrong, as Problems say.
	Entries  []settingBody      `json:"entries"`
	Problems []settings.Problem `json:"problems"`
	// Chains, Prices and Currency are not among the entries.
	Chains   map[string][]settings.Link `json:"chains"`
	Prices   map[string]settings.Price  `json:"prices"`
	Currency string                     `json:"currency"`
}

// settingBody is one setting. A guarded one is not changed here.
type settingBody struct {
	shown.Setting
	Guarded bool `json:"guarded"`
}

// maxSettings is the largest settings file that is read; larger ones are wrong.
const maxSettings = 256 << 10

// settings are those of the file and the environment, or the defaults without a file.
func (a *Admin) settings() (settings.Settings, error) {
	if a.config.SettingsFile == "" {
		return settings.Default(), nil
	}
	return settings.Load(a.config.SettingsFile)
}

// settingsFile returns the path of the file.
func (a *Admin) settingsFile() (string, error) {
	if a.config.SettingsFile == "" {
		return "", &problem{Status: http.StatusNotFound, Code: "no_settings_file", Detail: "this gateway has no settings file; the program that it is a part of sets it up"}
	}
	return a.config.SettingsFile, nil
}

func (a *Admin) getSettings(w http.ResponseWriter, _ *http.Request) error {
	path, err := a.settingsFile()
	if err != nil {
		return err
	}
	data, _, err := regular.Read(path, maxSettings)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	w.Header().Set("ETag", etag(data))
	return send(w, http.StatusOK, settingsOf(path, data))
}

func settingsOf(path string, data []byte) settingsBody {
	body := settingsBody{Path: path, Document: string(data), Entries: []settingBody{}, Problems: []settings.Problem{}}
	all, err := settings.Effective(path)
	if err != nil {
		body.Problems = problemsOf(err)
	}
	for _, e := range all {
		body.Entries = append(body.Entries, settingBody{shown.SettingOf(e), isGuarded(e.Key)})
	}
	if now, err := settings.Load(path); err == nil { // what is wrong is told already
		body.Chains, body.Prices, body.Currency = now.Chains, now.Prices, now.Currency
	}
	if body.Chains == nil {
		body.Chains = map[string][]settings.Link{}
	}
	if body.Prices == nil {
		body.Prices = map[string]settings.Price{}
	}
	return body
}

// problemsOf are what is wrong with settings, one by one.
func problemsOf(err error) []settings.Problem {
	if wrong, ok := errors.AsType[*settings.Error](err); ok {
		return wrong.Problems
	}
	return []settings.Problem{{Message: err.Error()}}
}

// etag is the version of a document.
func etag(data []byte) string {
	sum := sha256.Sum256(data)
	return `"` + hex.EncodeToString(sum[:8]) + `"`
}

func (a *Admin) settingsSchema(w http.ResponseWriter, _ *http.Request) error {
	return send(w, http.StatusOK, json.RawMessage(settings.Schema()))
}

// document is a settings file that is sent.
type document struct {
	Document string `json:"document"`
}

func (a *Admin) validateSettings(w http.ResponseWriter, r *http.Request) error {
	var wanted document
	if err := read(w, r, &wanted); err != nil {
		return err
	}
	problems := []settings.Problem{}
	if err := settings.Check(a.config.SettingsFile, []byte(wanted.Document)); err != nil {
		problems = problemsOf(err)
	}
	return send(w, http.StatusOK, map[string]any{"problems": problems})
}

func (a *Admin) putSettings(w http.ResponseWriter, r *http.Request) error {
	var wanted document
	if err := read(w, r, &wanted); err != nil {
		return err
	}
	if r.Header.Get("If-Match") == "" {
		return &problem{Status: http.StatusPreconditionRequired, Code: "version_missing", Detail: "say with If-Match which version of the file this is to replace: the ETag of GET " + Path + "/settings"}
	}
	return a.editSettings(w, r, func(path string, _ []byte) ([]byte, error) {
		return []byte(wanted.Document), settings.Check(path, []byte(wanted.Document))
	})
}

// settingChange is one setting to change; null gives it its default again.
type settingChange struct {
	Key   string          `json:"key"`
	Value json.RawMessage `json:"value"`
}

func (a *Admin) patchSetting(w http.ResponseWriter, r *http.Request) error {
	var wanted settingChange
	if err := read(w, r, &wanted); err != nil {
		return err
	}
	if wanted.Key == "" || wanted.Value == nil {
		return badRequest("the body has to have a key and a value")
	}
	return a.editSettings(w, r, func(path string, data []byte) ([]byte, error) {
		if string(wanted.Value) == "null" {
			return settings.Unset(path, data, wanted.Key)
		}
		return settings.Set(path, data, wanted.Key, string(wanted.Value))
	})
}

// editSettings changes the file, and answers with what it is then.
func (a *Admin) editSettings(w http.ResponseWriter, r *http.Request, edit func(path string, data []byte) ([]byte, error)) error {
	path, err := a.settingsFile()
	if err != nil {
		return err
	}
	err = persistence.EditFile(r.Context(), path, func(data []byte) ([]byte, error) {
		if wanted := r.Header.Get("If-Match"); wanted != "" && wanted != "*" && wanted != etag(data) {
			return nil, &problem{Status: http.StatusPreconditionFailed, Code: "changed_meanwhile", Detail: "the settings were changed meanwhile; GET " + Path + "/settings, and make the change again"}
		}
		edited, err := edit(path, data)
		if err == nil {
			err = a.mayChange(path, data, edited)
		}
		return edited, err
	})
	if err != nil {
		return err
	}
	return a.getSettings(w, r)
}
