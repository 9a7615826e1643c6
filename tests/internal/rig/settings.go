package rig

import (
	"encoding/json"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// SettingsOf is a file of settings that leads to a fake provider, whichever of its
// flavours is asked.
func SettingsOf(srv *providertest.Server) []byte {
	all := map[string]any{}
	for _, flavour := range []providertest.Flavour{providertest.Anthropic, providertest.OpenAI} {
		at := srv.Endpoints(flavour)
		all[string(flavour)] = map[string]string{
			"base_url": at.BaseURL, "token_url": at.TokenURL, "authorize_url": at.AuthorizeURL,
			"usage_url": at.UsageURL, "profile_url": at.ProfileURL, "device_url": at.DeviceURL,
		}
	}
	text, _ := json.Marshal(map[string]any{"providers": all}) // text always encodes
	return text
}
