package deploy

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/engine"
	apps "k8s.io/api/apps/v1"
	autoscaling "k8s.io/api/autoscaling/v2"
	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/validation"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	metavalidation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/apimachinery/pkg/util/yaml"
	strict "sigs.k8s.io/yaml"
)

// cluster is what a chart makes, each object read strictly as its kind.
type cluster struct {
	accounts []core.ServiceAccount
	settings []core.ConfigMap
	services []core.Service
	bots     []apps.StatefulSet
	jobs     []batch.Job
	budgets  []policy.PodDisruptionBudget
	policies []networking.NetworkPolicy
	scalers  []autoscaling.HorizontalPodAutoscaler
	monitors []monitoring.ServiceMonitor
	notes    string
}

// render makes the objects of the chart in dir with these values over its own,
// as helm does, the schema included.
func render(dir, release string, values map[string]any) (cluster, error) {
	var c cluster
	chart, err := loader.LoadDir(dir)
	if err != nil {
		return c, err
	}
	all, err := util.ToRenderValues(chart, values, common.ReleaseOptions{Name: release, Namespace: "bot", Revision: 1, IsInstall: true}, common.DefaultCapabilities)
	if err != nil {
		return c, err
	}
	files, err := (engine.Engine{Strict: true}).RenderWithContext(context.Background(), chart, all)
	if err != nil {
		return c, err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		switch {
		case strings.HasPrefix(path.Base(name), "_"):
		case strings.HasSuffix(name, "NOTES.txt"):
			c.notes = files[name]
		default:
			if err := c.read(files[name]); err != nil {
				return c, fmt.Errorf("%s: %w\n%s", name, err, files[name])
			}
		}
	}
	return c, nil
}

// read adds the objects of one file. A field that the kind does not have is an
// error, and so is a kind that is not known here.
func (c *cluster) read(text string) error {
	reader := yaml.NewYAMLReader(bufio.NewReader(strings.NewReader(text)))
	for {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		var head meta.TypeMeta
		if err := strict.Unmarshal(document, &head); err != nil {
			return err
		}
		if head.Kind == "" && blank(string(document)) {
			continue
		}
		switch head.APIVersion + " " + head.Kind {
		case "v1 ServiceAccount":
			err = add(&c.accounts, document)
		case "v1 ConfigMap":
			err = add(&c.settings, document)
		case "v1 Service":
			err = add(&c.services, document)
		case "apps/v1 StatefulSet":
			err = add(&c.bots, document)
		case "batch/v1 Job":
			err = add(&c.jobs, document)
		case "policy/v1 PodDisruptionBudget":
			err = add(&c.budgets, document)
		case "networking.k8s.io/v1 NetworkPolicy":
			err = add(&c.policies, document)
		case "autoscaling/v2 HorizontalPodAutoscaler":
			err = add(&c.scalers, document)
		case "monitoring.coreos.com/v1 ServiceMonitor":
			err = add(&c.monitors, document)
		default:
			err = fmt.Errorf("%s %s is not expected", head.APIVersion, head.Kind)
		}
		if err != nil {
			return err
		}
	}
}

// blank says whether a document has nothing but remarks.
func blank(document string) bool {
	for line := range strings.Lines(document) {
		if line = strings.TrimSpace(line); line != "" && line != "---" && !strings.HasPrefix(line, "#") {
			return false
		}
	}
	return true
}

func add[T any](list *[]T, document []byte) error {
	var object T
	if err := strict.UnmarshalStrict(document, &object); err != nil {
		return err
	}
	*list = append(*list, object)
	return nil
}

// judge says what is wrong with the objects, by themselves and together.
func (c cluster) judge() []string {
	var wrong []string
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	c.judgeNames(say)
	if len(c.bots) != 1 || len(c.accounts) != 1 {
		say("%d StatefulSets and %d accounts, want one of each", len(c.bots), len(c.accounts))
		return wrong
	}
	bot := c.bots[0]
	judgePod("the bot", bot.Spec.Template.Spec, claims(bot), say)
	if bot.Spec.Template.Spec.ServiceAccountName != c.accounts[0].Name {
		say("the bot uses account %q, which there is not", bot.Spec.Template.Spec.ServiceAccountName)
	}
	main := bot.Spec.Template.Spec.Containers[0]
	for name, probe := range map[string]*core.Probe{"startup": main.StartupProbe, "liveness": main.LivenessProbe, "readiness": main.ReadinessProbe} {
		want := map[string]string{"startup": "/healthz", "liveness": "/healthz", "readiness": "/readyz"}[name]
		if probe == nil || probe.HTTPGet == nil || probe.HTTPGet.Path != want {
			say("the %s probe does not ask %s", name, want)
		} else if port(main, probe.HTTPGet.Port.StrVal) == 0 {
			say("the %s probe asks at a port %q that there is not", name, probe.HTTPGet.Port.StrVal)
		}
	}
	pod := labels.Set(bot.Spec.Template.Labels)
	selects := func(what string, s *meta.LabelSelector) {
		if got, err := meta.LabelSelectorAsSelector(s); err != nil || got.Empty() || !got.Matches(pod) {
			say("%s does not select the bot", what)
		} else if what != "the network policy" {
			for _, j := range c.jobs {
				if got.Matches(labels.Set(j.Spec.Template.Labels)) {
					say("%s selects the Job as well", what)
				}
			}
		}
	}
	selects("the StatefulSet", bot.Spec.Selector)
	for _, s := range bot.Spec.Template.Spec.TopologySpreadConstraints {
		selects("the spreading", s.LabelSelector)
	}
	for _, s := range c.services {
		selects("service "+s.Name, &meta.LabelSelector{MatchLabels: s.Spec.Selector})
		for _, p := range s.Spec.Ports {
			if port(main, p.TargetPort.StrVal) == 0 {
				say("service %s leads to a port %q that there is not", s.Name, p.TargetPort.StrVal)
			}
		}
	}
	if !slices.ContainsFunc(c.services, func(s core.Service) bool {
		return s.Name == bot.Spec.ServiceName && s.Spec.ClusterIP == core.ClusterIPNone
	}) {
		say("there is no headless service %s for the StatefulSet", bot.Spec.ServiceName)
	}
	several := bot.Spec.Replicas == nil || *bot.Spec.Replicas > 1
	if several && len(c.budgets) != 1 {
		say("several copies and no budget for disruptions")
	}
	for _, b := range c.budgets {
		selects("the budget", b.Spec.Selector)
	}
	for _, s := range c.scalers {
		if ref := s.Spec.ScaleTargetRef; ref.Kind != "StatefulSet" || ref.Name != bot.Name || bot.Spec.Replicas != nil {
			say("the scaler is for %s %s, and replicas are %v", ref.Kind, ref.Name, bot.Spec.Replicas)
		}
	}
	for _, m := range c.monitors {
		found := 0
		for _, s := range c.services {
			selector, err := meta.LabelSelectorAsSelector(&m.Spec.Selector)
			if err != nil || !selector.Matches(labels.Set(s.Labels)) {
				continue
			}
			found++
			for _, e := range m.Spec.Endpoints {
				if !slices.ContainsFunc(s.Spec.Ports, func(p core.ServicePort) bool { return p.Name == e.Port }) {
					say("the monitor asks at a port %q that %s has not", e.Port, s.Name)
				}
			}
		}
		if found != 1 {
			say("the monitor finds %d services, want one: each copy would be counted so often", found)
		}
	}
	for _, p := range c.policies {
		selects("the network policy", &p.Spec.PodSelector)
		for i, rule := range p.Spec.Ingress {
			if len(rule.From) == 0 || len(rule.Ports) == 0 {
				say("way in %d is for everyone or to every port", i)
			}
		}
		for i, rule := range p.Spec.Egress {
			if len(rule.To) == 0 || len(rule.Ports) == 0 {
				say("way out %d is to everyone or every port", i)
			}
		}
		if len(p.Spec.PolicyTypes) != 2 {
			say("the network policy is about %v alone", p.Spec.PolicyTypes)
		}
	}
	for _, j := range c.jobs {
		judgePod("the Job", j.Spec.Template.Spec, nil, say)
		if hook := j.Annotations["helm.sh/hook"]; !strings.Contains(hook, "pre-upgrade") || !strings.Contains(hook, "pre-install") {
			say("the Job is hooked to %q", hook)
		}
		if j.Spec.ActiveDeadlineSeconds == nil || j.Spec.BackoffLimit == nil {
			say("the Job may go on for ever")
		}
		// It runs before anything else of the chart is there.
		for _, v := range j.Spec.Template.Spec.Volumes {
			if v.ConfigMap == nil {
				continue
			}
			for _, m := range c.settings {
				if m.Name == v.ConfigMap.Name && m.Annotations["helm.sh/hook"] == "" {
					say("the Job needs %s, which comes after it", m.Name)
				}
			}
		}
		if n := j.Spec.Template.Spec.ServiceAccountName; n != "" {
			say("the Job needs account %s, which comes after it", n)
		}
	}
	return wrong
}

// judgeNames looks at the names and labels of all objects.
func (c cluster) judgeNames(say func(string, ...any)) {
	seen := map[string]bool{}
	one := func(kind string, o meta.ObjectMeta) {
		for _, problem := range validation.NameIsDNSLabel(o.Name, false) {
			say("%s %q: %s", kind, o.Name, problem)
		}
		for _, problem := range metavalidation.ValidateLabels(o.Labels, field.NewPath("labels")) {
			say("%s %q: %s", kind, o.Name, problem)
		}
		for _, problem := range validation.ValidateAnnotations(o.Annotations, field.NewPath("annotations")) {
			say("%s %q: %s", kind, o.Name, problem)
		}
		if seen[kind+o.Name] {
			say("%s %q is there twice", kind, o.Name)
		}
		seen[kind+o.Name] = true
	}
	for _, o := range c.accounts {
		one("ServiceAccount", o.ObjectMeta)
	}
	for _, o := range c.settings {
		one("ConfigMap", o.ObjectMeta)
	}
	for _, o := range c.services {
		one("Service", o.ObjectMeta)
	}
	for _, o := range c.bots {
		one("StatefulSet", o.ObjectMeta)
		one("its pod", meta.ObjectMeta{Name: o.Name, Labels: o.Spec.Template.Labels, Annotations: o.Spec.Template.Annotations})
	}
	for _, o := range c.jobs {
		one("Job", o.ObjectMeta)
	}
	for _, o := range c.budgets {
		one("PodDisruptionBudget", o.ObjectMeta)
	}
	for _, o := range c.policies {
		one("NetworkPolicy", o.ObjectMeta)
	}
	for _, o := range c.scalers {
		one("HorizontalPodAutoscaler", o.ObjectMeta)
	}
	for _, o := range c.monitors {
		one("ServiceMonitor", o.ObjectMeta)
	}
}

// claims are the volumes that a StatefulSet makes for each copy.
func claims(s apps.StatefulSet) []string {
	var out []string
	for _, c := range s.Spec.VolumeClaimTemplates {
		out = append(out, c.Name)
	}
	return out
}

// port is the number that a container gives to a name; 0: none.
func port(c core.Container, name string) int32 {
	for _, p := range c.Ports {
		if p.Name == name {
			return p.ContainerPort
		}
	}
	return 0
}

// judgePod says where a pod is not as closed as the restricted standard of
// Kubernetes wants it, or more open than we do.
func judgePod(who string, pod core.PodSpec, claims []string, say func(string, ...any)) {
	say = func(say func(string, ...any)) func(string, ...any) {
		return func(format string, args ...any) { say(who+": "+format, args...) }
	}(say)
	is := func(b *bool, want bool) bool { return b != nil && *b == want }
	if !is(pod.AutomountServiceAccountToken, false) {
		say("it gets a token of the cluster")
	}
	if !is(pod.EnableServiceLinks, false) {
		say("the cluster puts names into its environment, which it refuses")
	}
	if pod.HostNetwork || pod.HostPID || pod.HostIPC {
		say("it shares something with the machine")
	}
	c := pod.SecurityContext
	if c == nil || !is(c.RunAsNonRoot, true) || c.RunAsUser == nil || *c.RunAsUser < 1000 || c.RunAsGroup == nil || c.FSGroup == nil || *c.FSGroup != *c.RunAsGroup {
		say("it is not an account of its own, whose group alone reads its secrets")
	}
	if c == nil || c.SeccompProfile == nil || c.SeccompProfile.Type != core.SeccompProfileTypeRuntimeDefault {
		say("it may call everything of the kernel")
	}
	volumes := map[string]bool{}
	for _, name := range claims {
		volumes[name] = true
	}
	for _, v := range pod.Volumes {
		volumes[v.Name] = true
		if v.HostPath != nil {
			say("it has a folder of the machine")
		}
		if v.Name == "secrets" && (v.Projected == nil || v.Projected.DefaultMode == nil || *v.Projected.DefaultMode != 0o440) {
			say("its secrets have another mode than 0440")
		}
	}
	for _, one := range pod.Containers {
		s := one.SecurityContext
		if s == nil || !is(s.AllowPrivilegeEscalation, false) || !is(s.ReadOnlyRootFilesystem, true) || !is(s.RunAsNonRoot, true) ||
			s.Capabilities == nil || !slices.Equal(s.Capabilities.Drop, []core.Capability{"ALL"}) || len(s.Capabilities.Add) > 0 {
			say("container %s is not closed", one.Name)
		}
		if one.Resources.Limits.Memory().IsZero() || one.Resources.Requests.Cpu().IsZero() {
			say("container %s has no bound on its memory, or no claim on a processor", one.Name)
		}
		for _, env := range one.Env {
			if env.ValueFrom != nil && env.ValueFrom.SecretKeyRef != nil {
				say("container %s has secret %s in its environment", one.Name, env.Name)
			}
		}
		mounted := map[string]bool{}
		for _, m := range one.VolumeMounts {
			if !volumes[m.Name] {
				say("container %s mounts %s, which there is not", one.Name, m.Name)
			}
			if mounted[m.MountPath] {
				say("container %s mounts two things at %s", one.Name, m.MountPath)
			}
			mounted[m.MountPath] = true
		}
		if strings.HasSuffix(one.Image, ":latest") || !strings.ContainsAny(path.Base(one.Image), ":@") {
			say("image %q names no version", one.Image)
		}
	}
}
