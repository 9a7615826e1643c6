package confedit

// The meaning of a file is the objects in it, as encoding/json has them.

func find(all map[string]any, key Key) (any, bool) {
	for _, name := range key[:len(key)-1] {
		all, _ = all[name].(map[string]any)
	}
	value, ok := all[key[len(key)-1]]
	return value, ok
}

func put(all map[string]any, key Key, value any) {
	for _, name := range key[:len(key)-1] {
		inner, ok := all[name].(map[string]any)
		if !ok {
			inner = map[string]any{}
			all[name] = inner
		}
		all = inner
	}
	all[key[len(key)-1]] = value
}

func drop(all map[string]any, key Key) {
	for _, name := range key[:len(key)-1] {
		all, _ = all[name].(map[string]any)
	}
	delete(all, key[len(key)-1])
}

// pruned is a value without the objects in it that are empty: they come and go with
// what is in them.
func pruned(value any) any {
	object, ok := value.(map[string]any)
	if !ok {
		return value
	}
	kept := map[string]any{}
	for name, inner := range object {
		inner = pruned(inner)
		if empty, isObject := inner.(map[string]any); isObject && len(empty) == 0 {
			continue
		}
		kept[name] = inner
	}
	return kept
}
