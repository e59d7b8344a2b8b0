{{/* The name of everything, at most 52 characters: a Job adds to it. */}}
{{- define "convenantbot.name" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "convenantbot.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: bot
{{- end -}}

{{- define "convenantbot.labels" -}}
{{ include "convenantbot.selector" . }}
{{ include "convenantbot.common" . }}
{{- end -}}

{{- define "convenantbot.common" -}}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{/* The Job is none of the copies: its pod must not be behind the service. */}}
{{- define "convenantbot.migrate.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: migrate
{{ include "convenantbot.common" . }}
{{- end -}}

{{- define "convenantbot.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- define "convenantbot.pages" -}}
{{- dig "pages" "url" "" .Values.settings -}}
{{- end -}}

{{/* What the schema cannot say. */}}
{{- define "convenantbot.check" -}}
{{- $several := or .Values.autoscaling.enabled (gt (int .Values.replicas) 1) -}}
{{- $redis := dig "redis" "addresses" "" .Values.settings -}}
{{- if and $several (not $redis) -}}
{{- fail "settings.redis.addresses: meer dan één exemplaar heeft Redis nodig" -}}
{{- end -}}
{{- $known := .Files.Lines "secret-settings.txt" -}}
{{- range $name, $ref := .Values.secrets -}}
{{- if not (has $name $known) -}}
{{- fail (printf "secrets.%s: zo'n geheime instelling is er niet" $name) -}}
{{- end -}}
{{- end -}}
{{- range $name := $known -}}
{{- $steps := splitList "." $name -}}
{{- $section := index $steps 0 -}}
{{- $in := get $.Values.settings $section -}}
{{- if hasKey $.Values.settings $name -}}
{{- fail (printf "settings.%s: dit is een geheim; verwijs ernaar bij secrets" $name) -}}
{{- else if and (eq (len $steps) 2) (kindIs "map" $in) -}}
{{- if hasKey $in (index $steps 1) -}}
{{- fail (printf "settings.%s: dit is een geheim; verwijs ernaar bij secrets" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and .Values.autoscaling.enabled (gt (int .Values.autoscaling.min) (int .Values.autoscaling.max)) -}}
{{- fail "autoscaling.min: meer dan autoscaling.max" -}}
{{- end -}}
{{- end -}}

{{/* convenantbot.yaml: the settings, with the secrets as files. */}}
{{- define "convenantbot.settings" -}}
{{- $s := deepCopy .Values.settings -}}
{{- range $name, $ref := .Values.secrets -}}
{{- $section := index (splitList "." $name) 0 -}}
{{- $last := index (splitList "." $name) 1 -}}
{{- $in := get $s $section | default dict -}}
{{- $_ := set $in $last (printf "file:/etc/convenantbot/secrets/%s" $name) -}}
{{- $_ := set $s $section $in -}}
{{- end -}}
{{- if .Values.directory.configMap -}}
{{- $_ := set $s "directory" (dict "file" (printf "/etc/convenantbot/directory/%s" .Values.directory.key)) -}}
{{- end -}}
{{- toYaml $s -}}
{{- end -}}

{{- define "convenantbot.securityContext" -}}
allowPrivilegeEscalation: false
privileged: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "convenantbot.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{/* What both the bot and the Job mount. */}}
{{- define "convenantbot.mounts" -}}
- name: settings
  mountPath: /etc/convenantbot/convenantbot.yaml
  subPath: convenantbot.yaml
  readOnly: true
- name: secrets
  mountPath: /etc/convenantbot/secrets
  readOnly: true
{{- if .Values.directory.configMap }}
- name: directory
  mountPath: /etc/convenantbot/directory
  readOnly: true
{{- end }}
{{- if .Values.authorities.configMap }}
- name: authorities
  mountPath: /etc/convenantbot/authorities
  readOnly: true
{{- end }}
- name: tmp
  mountPath: /tmp
- name: data
  mountPath: /var/lib/convenantbot
{{- end -}}

{{/* The argument is a list of the top and the name of the ConfigMap. */}}
{{- define "convenantbot.volumes" -}}
{{- $top := index . 0 -}}
- name: settings
  configMap:
    name: {{ index . 1 }}
    defaultMode: 0444
- name: secrets
  projected:
    defaultMode: 0440
    sources:
      {{- range $name, $ref := $top.Values.secrets }}
      - secret:
          name: {{ $ref.name }}
          items:
            - key: {{ $ref.key }}
              path: {{ $name }}
      {{- end }}
{{- if $top.Values.directory.configMap }}
- name: directory
  configMap:
    name: {{ $top.Values.directory.configMap }}
    defaultMode: 0444
{{- end }}
{{- if $top.Values.authorities.configMap }}
- name: authorities
  configMap:
    name: {{ $top.Values.authorities.configMap }}
    defaultMode: 0444
{{- end }}
- name: tmp
  emptyDir:
    sizeLimit: {{ $top.Values.tmp.size }}
{{- end -}}
