{{- define "gateway.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 53 | trimSuffix "-" -}}
{{- end -}}

{{- define "gateway.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 53 | trimSuffix "-" -}}
{{- else if eq .Release.Name (include "gateway.name" .) -}}
{{- .Release.Name | trunc 53 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "gateway.name" .) | trunc 53 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "gateway.selector" -}}
app.kubernetes.io/name: {{ include "gateway.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "gateway.labels" -}}
{{ include "gateway.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "gateway.secret" -}}
{{- required "secrets.existingSecret is needed: a Secret with ledger-url, auth-secret and secret-key" .Values.secrets.existingSecret -}}
{{- end -}}

{{/* The names that the Service is called by, and those that were added. */}}
{{- define "gateway.hosts" -}}
{{- $name := include "gateway.fullname" . -}}
{{- $space := .Release.Namespace -}}
{{- printf "%s,%s.%s,%s.%s.svc,%s.%s.svc.cluster.local" $name $name $space $name $space $name $space -}}
{{- range .Values.allowedHosts }},{{ . }}{{ end -}}
{{- if .Values.ingress.enabled }},{{ .Values.ingress.host }}{{ end -}}
{{- end -}}
