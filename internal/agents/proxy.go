package agents

import (
	"net"
	"net/url"
	"slices"
	"strings"
)

// proxyVariables have programs ask a proxy.
func proxyVariables() []string {
	return []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"}
}

// noProxyVariables name the hosts that no proxy is asked for. Some programs read one of
// them, some the other.
func noProxyVariables() []string { return []string{"NO_PROXY", "no_proxy"} }

// withoutProxy returns what [noProxyVariables] must be for a program to reach a gateway
// on this machine itself; get reads a variable of its environment. ok is false where
// that is not needed: a gateway elsewhere may be behind the proxy.
func withoutProxy(get func(string) string, address string) (hosts string, ok bool) {
	host := hostOf(address)
	isSet := func(name string) bool { return get(name) != "" }
	if !isLoopback(host) || !slices.ContainsFunc(proxyVariables(), isSet) {
		return "", false
	}
	var lists []string
	for _, name := range noProxyVariables() {
		if isSet(name) {
			lists = append(lists, get(name))
		}
	}
	lacks := func(list string) bool { return !names(list, host) }
	if len(lists) > 0 && !slices.ContainsFunc(lists, lacks) {
		return "", false
	}
	return strings.Join(append(lists, host), ","), true
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// names reports whether a list of hosts has one.
func names(list, host string) bool {
	all := strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
	return slices.Contains(all, host) || slices.Contains(all, "*")
}

// reachGateway keeps a program from asking a proxy for the gateway, which would get the
// token with the request.
func (c *Call) reachGateway(g Gate) {
	if hosts, ok := withoutProxy(c.Get, g.Address); ok {
		for _, name := range noProxyVariables() {
			c.Set(name, hosts)
		}
	}
}

// proxyRivals says that a program would ask a proxy for the gateway.
func (a Agent) proxyRivals(c *Call, g Gate) []string {
	if _, ok := withoutProxy(c.Get, g.Address); !ok {
		return nil
	}
	return []string{"a proxy is set in the environment, and NO_PROXY does not name " + hostOf(g.Address) + ": " + a.Title + " would ask the proxy for the gateway"}
}
