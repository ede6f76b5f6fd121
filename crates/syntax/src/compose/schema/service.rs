//! Services.

use super::deploy::DEPLOY;
use super::shared::{
    AMOUNT, ANY_TEXT, BOOL_OR_TEXT, BUILD_ULIMITS, BYTES, COMMAND, CONTEXTS, COUNT, DEVICE_REQUEST,
    DISTINCT, DISTINCT_ENVIRONMENT, DISTINCT_PAIRS, DRIVER_OPTIONS, DURATION, ENVIRONMENT,
    FILE_MOUNTS, HOOK, HOSTS, NUMBER_ONLY, PAIRS, SSH, SWITCH, TEXT_OR_DISTINCT, TEXT_OR_TEXTS,
    TEXTS, TEXTS_OR_NUMBERS, TRUE_OR_FALSE, ULIMITS, WHOLE_AMOUNT, WHOLE_BYTES,
};
use super::{BOOL, Check, INT, NULL, NUMBER, Others, Schema, TEXT};

pub(super) static SERVICE: Schema = Schema::map(&[
    ("annotations", &PAIRS),
    ("attach", &SWITCH),
    ("blkio_config", &BLKIO),
    ("build", &BUILD),
    ("cap_add", &TEXTS),
    ("cap_drop", &TEXTS),
    ("cgroup", &CGROUP),
    ("cgroup_parent", &ANY_TEXT),
    ("command", &COMMAND),
    ("configs", &FILE_MOUNTS),
    ("container_name", &CONTAINER_NAME),
    ("cpu_count", &CPU_COUNT),
    ("cpu_percent", &CPU_PERCENT),
    ("cpu_period", &WHOLE_AMOUNT),
    ("cpu_quota", &WHOLE_AMOUNT),
    ("cpu_rt_period", &WHOLE_AMOUNT),
    ("cpu_rt_runtime", &WHOLE_AMOUNT),
    ("cpu_shares", &WHOLE_AMOUNT),
    ("cpus", &AMOUNT),
    ("cpuset", &ANY_TEXT),
    ("credential_spec", &CREDENTIAL_SPEC),
    ("depends_on", &DEPENDS_ON),
    ("deploy", &DEPLOY),
    ("develop", &DEVELOP),
    ("device_cgroup_rules", &DISTINCT),
    ("devices", &DEVICES),
    ("dns", &TEXT_OR_TEXTS),
    ("dns_opt", &TEXTS),
    ("dns_search", &TEXT_OR_TEXTS),
    ("domainname", &ANY_TEXT),
    ("entrypoint", &COMMAND),
    ("env_file", &ENV_FILE),
    ("environment", &ENVIRONMENT),
    ("expose", &EXPOSE),
    ("extends", &EXTENDS),
    ("external_links", &DISTINCT),
    ("extra_hosts", &HOSTS),
    ("gpus", &GPUS),
    ("group_add", &TEXTS_OR_NUMBERS),
    ("healthcheck", &HEALTHCHECK),
    ("hostname", &ANY_TEXT),
    ("image", &ANY_TEXT),
    ("init", &SWITCH),
    ("ipc", &ANY_TEXT),
    ("isolation", &ANY_TEXT),
    ("label_file", &TEXT_OR_TEXTS),
    ("labels", &PAIRS),
    ("links", &TEXTS),
    ("logging", &LOGGING),
    ("mac_address", &ANY_TEXT),
    ("mem_limit", &BYTES),
    ("mem_reservation", &WHOLE_BYTES),
    ("mem_swappiness", &WHOLE_BYTES),
    ("memswap_limit", &BYTES),
    ("models", &MODELS),
    ("network_mode", &ANY_TEXT),
    ("networks", &NETWORKS),
    ("oom_kill_disable", &SWITCH),
    ("oom_score_adj", &OOM_SCORE),
    ("pid", &PID),
    ("pids_limit", &WHOLE_AMOUNT),
    ("platform", &ANY_TEXT),
    ("ports", &PORTS),
    ("post_start", &HOOKS),
    ("pre_start", &PRE_START),
    ("pre_stop", &HOOKS),
    ("privileged", &SWITCH),
    ("profiles", &TEXTS),
    ("provider", &PROVIDER),
    ("pull_policy", &PULL_POLICY),
    ("pull_refresh_after", &ANY_TEXT),
    ("read_only", &SWITCH),
    ("restart", &ANY_TEXT),
    ("runtime", &ANY_TEXT),
    ("scale", &COUNT),
    ("secrets", &FILE_MOUNTS),
    ("security_opt", &DISTINCT),
    ("shm_size", &BYTES),
    ("stdin_open", &SWITCH),
    ("stop_grace_period", &DURATION),
    ("stop_signal", &ANY_TEXT),
    ("storage_opt", &STORAGE_OPTIONS),
    ("sysctls", &PAIRS),
    ("tmpfs", &TEXT_OR_TEXTS),
    ("tty", &SWITCH),
    ("ulimits", &ULIMITS),
    ("use_api_socket", &TRUE_OR_FALSE),
    ("user", &ANY_TEXT),
    ("userns_mode", &ANY_TEXT),
    ("uts", &ANY_TEXT),
    ("volumes", &VOLUMES),
    ("volumes_from", &DISTINCT),
    ("working_dir", &ANY_TEXT),
]);

static CGROUP: Schema = Schema::words(&["host", "private"]);
static CONTAINER_NAME: Schema = Schema::of(TEXT).check(Check::ContainerName);
static CPU_COUNT: Schema = Schema::of(INT | TEXT).within(0, i64::MAX).check(Check::Int);
static CPU_PERCENT: Schema = Schema::of(INT | TEXT).within(0, 100).check(Check::Number);
static OOM_SCORE: Schema = Schema::of(INT | TEXT).within(-1000, 1000).check(Check::Int);
static PID: Schema = Schema::of(TEXT | NULL);
static PULL_POLICY: Schema = Schema::of(TEXT).check(Check::PullPolicy);
static STORAGE_OPTIONS: Schema = Schema::each(Others::Any);

static BUILD: Schema = Schema::of(TEXT).or_map(&[
    ("additional_contexts", &CONTEXTS),
    ("args", &ENVIRONMENT),
    ("cache_from", &TEXTS),
    ("cache_to", &TEXTS),
    ("context", &ANY_TEXT),
    ("dockerfile", &ANY_TEXT),
    ("dockerfile_inline", &ANY_TEXT),
    ("entitlements", &TEXTS),
    ("extra_hosts", &HOSTS),
    ("isolation", &ANY_TEXT),
    ("labels", &PAIRS),
    ("network", &ANY_TEXT),
    ("no_cache", &SWITCH),
    ("no_cache_filter", &TEXT_OR_DISTINCT),
    ("platforms", &TEXTS),
    ("privileged", &SWITCH),
    ("provenance", &BOOL_OR_TEXT),
    ("pull", &SWITCH),
    ("sbom", &BOOL_OR_TEXT),
    ("secrets", &FILE_MOUNTS),
    ("shm_size", &WHOLE_BYTES),
    ("ssh", &SSH),
    ("tags", &TEXTS),
    ("target", &ANY_TEXT),
    ("ulimits", &BUILD_ULIMITS),
]);

static BLKIO: Schema = Schema::map(&[
    ("device_read_bps", &BLKIO_LIMITS),
    ("device_read_iops", &BLKIO_LIMITS),
    ("device_write_bps", &BLKIO_LIMITS),
    ("device_write_iops", &BLKIO_LIMITS),
    ("weight", &BLKIO_WEIGHT),
    ("weight_device", &BLKIO_WEIGHTS),
])
.closed();
static BLKIO_WEIGHT: Schema = Schema::of(INT | TEXT).check(Check::Int16Only);
static BLKIO_LIMITS: Schema = Schema::list(&BLKIO_LIMIT);
static BLKIO_LIMIT: Schema = Schema::map(&[("path", &ANY_TEXT), ("rate", &WHOLE_BYTES)]).closed();
static BLKIO_WEIGHTS: Schema = Schema::list(&BLKIO_DEVICE);
static BLKIO_DEVICE: Schema =
    Schema::map(&[("path", &ANY_TEXT), ("weight", &BLKIO_WEIGHT)]).closed();

static CREDENTIAL_SPEC: Schema =
    Schema::map(&[("config", &ANY_TEXT), ("file", &ANY_TEXT), ("registry", &ANY_TEXT)]);

static DEPENDS_ON: Schema = Schema::list(&ANY_TEXT).unique().or_each(Others::Names(&DEPENDENCY));
static DEPENDENCY: Schema = Schema::map(&[
    ("condition", &CONDITION),
    ("required", &DEPENDENCY_REQUIRED),
    ("restart", &SWITCH),
])
.needs(&["condition"]);
static DEPENDENCY_REQUIRED: Schema = Schema::of(BOOL).check(Check::Bool);
static CONDITION: Schema =
    Schema::words(&["service_started", "service_healthy", "service_completed_successfully"]);

static DEVELOP: Schema = Schema::map(&[("watch", &WATCH)]).or(NULL);
static WATCH: Schema = Schema::list(&TRIGGER);
static TRIGGER: Schema = Schema::map(&[
    ("action", &WATCH_ACTION),
    ("exec", &HOOK),
    ("ignore", &TEXT_OR_DISTINCT),
    ("include", &TEXT_OR_DISTINCT),
    ("initial_sync", &TRUE_OR_FALSE),
    ("path", &ANY_TEXT),
    ("target", &ANY_TEXT),
])
.needs(&["path", "action"])
.check(Check::Watch);
static WATCH_ACTION: Schema =
    Schema::words(&["rebuild", "sync", "restart", "sync+restart", "sync+exec"]);

static DEVICES: Schema = Schema::list(&DEVICE);
static DEVICE: Schema = Schema::of(TEXT)
    .or_map(&[("permissions", &ANY_TEXT), ("source", &ANY_TEXT), ("target", &ANY_TEXT)])
    .needs(&["source"])
    .check(Check::Device);

static ENV_FILE: Schema = Schema::of(TEXT).or_list(&ENV_FILE_ITEM);
static ENV_FILE_ITEM: Schema = Schema::of(TEXT)
    .or_map(&[("format", &ANY_TEXT), ("path", &ANY_TEXT), ("required", &SWITCH)])
    .closed()
    .needs(&["path"]);

static EXPOSE: Schema = Schema::list(&EXPOSED);
static EXPOSED: Schema = Schema::of(TEXT | NUMBER).check(Check::Expose);
static EXTENDS: Schema = Schema::of(TEXT)
    .or_map(&[("file", &ANY_TEXT), ("service", &ANY_TEXT)])
    .closed()
    .needs(&["service"]);

static GPUS: Schema = Schema { words: &["all"], ..Schema::of(TEXT).or_list(&GPU) };
static GPU: Schema = Schema::map(DEVICE_REQUEST).open().check(Check::DeviceRequest);

static HEALTHCHECK: Schema = Schema::map(&[
    ("disable", &SWITCH),
    ("interval", &DURATION),
    ("retries", &RETRIES),
    ("start_interval", &DURATION),
    ("start_period", &DURATION),
    ("test", &TEST),
    ("timeout", &DURATION),
]);
static RETRIES: Schema = Schema::of(NUMBER | TEXT).check(Check::Unsigned);
static TEST: Schema = Schema::of(TEXT).or_list(&ANY_TEXT).check(Check::Test);

static LOGGING: Schema = Schema::map(&[("driver", &ANY_TEXT), ("options", &LOGGING_OPTIONS)]);
static LOGGING_OPTIONS: Schema = Schema::each(Others::Filled(&LOGGING_OPTION));
static LOGGING_OPTION: Schema = Schema::of(TEXT | NUMBER | NULL);

static MODELS: Schema = Schema::list(&ANY_TEXT).unique().or_each(Others::NamesOrAny(&MODEL_USE));
static MODEL_USE: Schema =
    Schema::map(&[("endpoint_var", &ANY_TEXT), ("model_var", &ANY_TEXT)]).or(NULL);

static NETWORKS: Schema = Schema::list(&ANY_TEXT).unique().or_each(Others::Names(&NETWORK_USE));
static NETWORK_USE: Schema = Schema::map(&[
    ("aliases", &TEXTS),
    ("driver_opts", &DRIVER_OPTIONS),
    ("gw_priority", &NUMBER_ONLY),
    ("interface_name", &ANY_TEXT),
    ("ipv4_address", &ANY_TEXT),
    ("ipv6_address", &ANY_TEXT),
    ("link_local_ips", &TEXTS),
    ("mac_address", &ANY_TEXT),
    ("priority", &NUMBER_ONLY),
])
.or(NULL);

static PORTS: Schema = Schema::list(&PORT);
static PORT: Schema = Schema::of(NUMBER | TEXT)
    .or_map(&[
        ("app_protocol", &ANY_TEXT),
        ("host_ip", &ANY_TEXT),
        ("mode", &ANY_TEXT),
        ("name", &ANY_TEXT),
        ("protocol", &ANY_TEXT),
        ("published", &PUBLISHED),
        ("target", &PORT_TARGET),
    ])
    .check(Check::Publish);
static PUBLISHED: Schema = Schema::of(INT | TEXT);
static PORT_TARGET: Schema = Schema::of(INT | TEXT).check(Check::Port);

static HOOKS: Schema = Schema::list(&HOOK);
static PRE_START: Schema = Schema::list(&PRE_START_HOOK);
static PRE_START_HOOK: Schema = Schema::map(&[
    ("command", &COMMAND),
    ("environment", &DISTINCT_ENVIRONMENT),
    ("image", &ANY_TEXT),
    ("per_replica", &SWITCH),
    ("privileged", &SWITCH),
    ("user", &ANY_TEXT),
    ("working_dir", &ANY_TEXT),
]);

static PROVIDER: Schema =
    Schema::map(&[("options", &PROVIDER_OPTIONS), ("type", &ANY_TEXT)]).needs(&["type"]);
static PROVIDER_OPTIONS: Schema = Schema::each(Others::Filled(&PROVIDER_OPTION));
static PROVIDER_OPTION: Schema = Schema::of(TEXT | NUMBER | BOOL).or_list(&PROVIDER_VALUE);
static PROVIDER_VALUE: Schema = Schema::of(TEXT | NUMBER | BOOL);

static VOLUMES: Schema = Schema::list(&MOUNT);
static MOUNT: Schema = Schema::of(TEXT)
    .or_map(&[
        ("bind", &MOUNT_BIND),
        ("consistency", &ANY_TEXT),
        ("image", &MOUNT_IMAGE),
        ("read_only", &SWITCH),
        ("source", &ANY_TEXT),
        ("target", &ANY_TEXT),
        ("tmpfs", &MOUNT_TMPFS),
        ("type", &MOUNT_TYPE),
        ("volume", &MOUNT_VOLUME),
    ])
    .needs(&["type"])
    .check(Check::Mount);
static MOUNT_TYPE: Schema =
    Schema::words(&["bind", "volume", "tmpfs", "cluster", "npipe", "image"]);
static MOUNT_BIND: Schema = Schema::map(&[
    ("create_host_path", &SWITCH),
    ("propagation", &ANY_TEXT),
    ("recursive", &MOUNT_RECURSIVE),
    ("selinux", &MOUNT_SELINUX),
]);
static MOUNT_RECURSIVE: Schema = Schema::words(&["enabled", "disabled", "writable", "readonly"]);
static MOUNT_SELINUX: Schema = Schema::words(&["z", "Z"]);
static MOUNT_VOLUME: Schema =
    Schema::map(&[("labels", &DISTINCT_PAIRS), ("nocopy", &SWITCH), ("subpath", &ANY_TEXT)]);
static MOUNT_TMPFS: Schema = Schema::map(&[("mode", &TMPFS_MODE), ("size", &TMPFS_SIZE)]);
static TMPFS_MODE: Schema = Schema::of(NUMBER | TEXT).check(Check::Int32Only);
static TMPFS_SIZE: Schema = Schema::of(INT | TEXT).within(0, i64::MAX).check(Check::Bytes);
static MOUNT_IMAGE: Schema = Schema::map(&[("subpath", &ANY_TEXT)]);
