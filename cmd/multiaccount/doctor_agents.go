package main

import "fmt"

// examineAgents looks whether what setup has set is still there.
func examineAgents(s streams) ([]finding, error) {
	all, err := agentStatuses(s)
	if err != nil {
		return nil, err
	}
	var found []finding
	for i := range all {
		a := &all[i]
		for _, text := range a.Overwritten {
			found = append(found, warning(a.Agent, text, fmt.Sprintf("multiaccount setup %s", a.Agent)))
		}
		for _, text := range a.Rivals {
			found = append(found, warning(a.Agent, text, "unset it where the agent is started"))
		}
		if a.SetUp && len(a.Overwritten)+len(a.Rivals) == 0 {
			found = append(found, fine(a.Agent, "is set up for "+a.Address))
		}
	}
	return found, nil
}
