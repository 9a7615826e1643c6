package etcd

import (
	"context"
	"slices"
	"strings"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// Status is the state of a fleet. It has no secrets.
type Status struct {
	Members   []Member       `json:"members"`
	Instances []Instance     `json:"instances"`
	Accounts  map[string]int `json:"accounts"`
	// Alarms are those of etcd, such as NOSPACE.
	Alarms []string `json:"alarms,omitempty"`
}

// Member is one endpoint of etcd.
type Member struct {
	Endpoint string `json:"endpoint"`
	Leads    bool   `json:"leads"`
	Version  string `json:"version,omitempty"`
	// Size is that of the data in bytes.
	Size int64 `json:"size,omitempty"`
	// Error says why the member does not answer; empty when it does.
	Error string `json:"error,omitempty"`
}

// Status asks each member for its state, and the fleet for what it has. A member that
// does not answer is no error.
func (s *Store) Status(ctx context.Context) (Status, error) {
	all := Status{Instances: []Instance{}, Accounts: map[string]int{}}
	for _, endpoint := range s.endpoints {
		all.Members = append(all.Members, s.member(ctx, endpoint))
	}
	others, err := s.Others(ctx)
	if err != nil {
		return all, err
	}
	all.Instances = append(all.Instances, others...)
	providers, err := s.accounts(ctx)
	if err != nil {
		return all, err
	}
	all.Accounts = providers
	alarms, err := call(ctx, s.client.AlarmList)
	if err == nil { // a user of the prefix alone may not ask
		for _, a := range alarms.Alarms {
			all.Alarms = append(all.Alarms, a.Alarm.String())
		}
	}
	return all, nil
}

func (s *Store) member(ctx context.Context, endpoint string) Member {
	status, err := call(ctx, func(ctx context.Context) (*clientv3.StatusResponse, error) { return s.client.Status(ctx, endpoint) })
	if err != nil {
		return Member{Endpoint: endpoint, Error: err.Error()}
	}
	return Member{Endpoint: endpoint, Leads: status.Leader == status.Header.MemberId, Version: status.Version, Size: status.DbSize}
}

// accounts counts the accounts of each provider.
func (s *Store) accounts(ctx context.Context) (map[string]int, error) {
	resp, err := s.get(ctx, s.keys.pools(), clientv3.WithPrefix(), clientv3.WithKeysOnly())
	if err != nil {
		return nil, err
	}
	counts := map[string]int{}
	for _, kv := range resp.Kvs {
		if parts := strings.Split(strings.TrimPrefix(string(kv.Key), s.keys.pools()), "/"); len(parts) == 3 && parts[1] == "accounts" {
			counts[parts[0]]++
		}
	}
	return counts, nil
}

// Providers returns the names of those that have accounts in the fleet.
func (s *Store) Providers(ctx context.Context) ([]string, error) {
	counts, err := s.accounts(ctx)
	var names []string
	for name := range counts {
		names = append(names, name)
	}
	slices.Sort(names)
	return names, err
}
