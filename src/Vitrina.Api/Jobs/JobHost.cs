using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using Vitrina.Api.Errors;
using Vitrina.Api.Offers;
using Vitrina.Engine;
using Vitrina.Engine.Verticals;

namespace Vitrina.Api.Jobs;

/// <summary>Runs jobs one at a time, each in a child process of low priority or, where it is an entry of the journal, here; their state survives a restart in the control collection <c>jobs</c>.</summary>
internal sealed class JobHost : BackgroundService
{
    private const string Collection = "jobs";
    private const string PublishOption = "publish";
    private const int MaxQueued = 100;
    private static readonly TimeSpan SaveEvery = TimeSpan.FromSeconds(1);
    private readonly EngineRuntime _runtime;
    private readonly ApiOptions _options;
    private readonly JobLauncher? _launcher;
    private readonly ILogger<JobHost> _log;
    private readonly ConcurrentDictionary<string, JobDocument> _jobs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CancellationTokenSource> _running = new(StringComparer.Ordinal);
    private readonly Channel<string> _queue = Channel.CreateBounded<string>(new BoundedChannelOptions(MaxQueued) { SingleReader = true });
    private readonly Lock _gate = new();
    private long _lastId;

    public JobHost(EngineRuntime runtime, ApiOptions options, JobLauncher? launcher, ILogger<JobHost> log)
    {
        (_runtime, _options, _launcher, _log) = (runtime, options, launcher, log);
        foreach (var (id, json) in runtime.Control.List(Collection))
        {
            if (JsonSerializer.Deserialize<JobDocument>(json, ApiJson.Options) is { } job)
            {
                _jobs[id] = job;
                Restore(job);
            }
        }
    }

    private void Restore(JobDocument job)
    {
        if (job.State == JobState.Running && OffersJobs.Kinds.Contains(job.Kind))
        {
            // Whether its entry was written or not: a second one of the same day changes nothing.
            job = job with { State = JobState.Queued, StartedAt = null };
            Save(job);
        }

        if (job.State == JobState.Running)
        {
            Save(job with { State = JobState.Failed, Error = "interrupted: the server ended while the job ran", FinishedAt = _runtime.Time.GetUtcNow() });
        }
        else if (job.State == JobState.Queued && !_queue.Writer.TryWrite(job.Id))
        {
            Save(job with { State = JobState.Failed, Error = "interrupted: the queue is full", FinishedAt = _runtime.Time.GetUtcNow() });
        }
    }

    /// <summary>All jobs that are remembered, the newest first.</summary>
    public IReadOnlyList<JobDocument> List() => [.. _jobs.Values.OrderByDescending(job => job.Id, StringComparer.Ordinal)];

    /// <summary>A job, or null.</summary>
    public JobDocument? Find(string id) => _jobs.GetValueOrDefault(id);

    /// <summary>Puts a job into the queue.</summary>
    /// <exception cref="ProblemException">There is no such kind, or the queue is full.</exception>
    public JobDocument Add(string kind, IReadOnlyDictionary<string, string> options)
    {
        IReadOnlyList<string> kinds = [.. _launcher?.Kinds ?? [], .. OffersJobs.Kinds];
        if (!kinds.Contains(kind))
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, "unknown_kind", $"kinds of jobs are {string.Join(", ", kinds)}", "kind", NearestName.Find(kind, kinds));
        }

        lock (_gate)
        {
            var now = _runtime.Time.GetUtcNow();
            _lastId = Math.Max(_lastId + 1, now.ToUnixTimeMilliseconds());
            var job = new JobDocument { Id = "j" + _lastId.ToString("x12", CultureInfo.InvariantCulture), Kind = kind, Options = options, State = JobState.Queued, CreatedAt = now };
            Save(job);
            if (!_queue.Writer.TryWrite(job.Id))
            {
                Forget(job.Id);
                throw new ProblemException(StatusCodes.Status429TooManyRequests, "overloaded", $"{MaxQueued} jobs wait already");
            }

            Trim();
            return job;
        }
    }

    /// <summary>Stops a job: a waiting one never starts, the process of a running one is ended.</summary>
    public JobDocument? Cancel(string id)
    {
        lock (_gate)
        {
            if (Find(id) is { State: JobState.Queued } waiting)
            {
                Save(waiting with { State = JobState.Cancelled, FinishedAt = _runtime.Time.GetUtcNow() });
            }
            else if (_running.TryGetValue(id, out var stop))
            {
                // What waits for it goes on elsewhere, not under this lock.
                _ = stop.CancelAsync();
            }

            return Find(id);
        }
    }

    private void Save(JobDocument job)
    {
        _jobs[job.Id] = job;
        _runtime.Control.Put(Collection, job.Id, JsonSerializer.Serialize(job, ApiJson.Options));
    }

    private void Forget(string id)
    {
        _jobs.TryRemove(id, out _);
        _runtime.Control.Remove(Collection, id);
    }

    private void Trim()
    {
        foreach (var job in _jobs.Values.Where(job => job.FinishedAt is not null).OrderByDescending(job => job.Id, StringComparer.Ordinal).Skip(_options.KeptJobs).ToList())
        {
            Forget(job.Id);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var id in _queue.Reader.ReadAllAsync(stoppingToken))
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            JobDocument job;
            lock (_gate)
            {
                if (Find(id) is not { State: JobState.Queued } next)
                {
                    continue;
                }

                // Before anybody can see that it runs: a cancellation must find what to cancel.
                _running[id] = stop;
                job = next with { State = JobState.Running, StartedAt = _runtime.Time.GetUtcNow() };
                Save(job);
            }

            try
            {
                Save(await RunAsync(job, stop.Token, stoppingToken));
            }
            catch (Exception exception)
            {
                // The outermost frame of a background loop: one job's failure must not stop the others.
                _log.LogError(exception, "Job {JobId} failed", id);
                Save(Find(id)! with { State = JobState.Failed, Error = exception.Message, FinishedAt = _runtime.Time.GetUtcNow() });
            }
            finally
            {
                lock (_gate)
                {
                    _running.Remove(id);
                }
            }
        }
    }

    private async Task<JobDocument> RunHereAsync(JobDocument job, CancellationToken stop)
    {
        var ended = job with { State = JobState.Done, Progress = 1, ExitCode = 0, Result = await OffersJobs.RunAsync(_runtime, job.Kind, job.Options, $"job {job.Id}", stop) };
        return ended with { FinishedAt = _runtime.Time.GetUtcNow() };
    }

    private async Task<JobDocument> RunAsync(JobDocument job, CancellationToken stop, CancellationToken stopping)
    {
        if (OffersJobs.Kinds.Contains(job.Kind))
        {
            return await RunHereAsync(job, stop);
        }

        // Publishing is ours to do: the child process may hold no key that lets it.
        var options = job.Options.Where(option => option.Key != PublishOption).ToDictionary(StringComparer.Ordinal);
        var output = new JobOutput();
        using var process = Start(new JobRequest(job.Id, job.Kind, options), output);
        var end = process.WaitForExitAsync(CancellationToken.None);
        try
        {
            while (await Task.WhenAny(end, Task.Delay(SaveEvery, stop)) != end)
            {
                stop.ThrowIfCancellationRequested();
                Save(job with { Progress = output.Progress, Log = output.Lines });
            }
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await end;
            return Ended(job, output, process.ExitCode) with
            {
                State = stopping.IsCancellationRequested ? JobState.Failed : JobState.Cancelled,
                Error = stopping.IsCancellationRequested ? "interrupted: the server stopped" : null,
            };
        }

        var ended = Ended(job, output, process.ExitCode);
        return ended.State == JobState.Done && job.Options.GetValueOrDefault(PublishOption) == "true" ? await PublishAsync(ended, stopping) : ended;
    }

    private Process Start(JobRequest request, JobOutput output)
    {
        var start = _launcher!.Launch(request);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.UseShellExecute = false;
        start.CreateNoWindow = true;
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => output.AddLine(line.Data);
        process.ErrorDataReceived += (_, line) => output.AddError(line.Data);
        process.Start();
        try
        {
            process.PriorityClass = ProcessPriorityClass.Idle;
        }
        catch (Exception exception) when (exception is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It ended already, or the system does not allow it: it runs at our own priority then.
        }

        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private JobDocument Ended(JobDocument job, JobOutput output, int exitCode)
    {
        var lines = output.Lines;
        return job with
        {
            State = exitCode == 0 ? JobState.Done : JobState.Failed,
            Progress = exitCode == 0 ? 1 : output.Progress,
            FinishedAt = _runtime.Time.GetUtcNow(),
            ExitCode = exitCode,
            Error = exitCode == 0 ? null : lines is [.., var last] ? last : "the process failed without a word",
            Result = output.Result(),
            Log = lines,
        };
    }

    // A training says which model it made: {"model": "name/version"}.
    private async Task<JobDocument> PublishAsync(JobDocument job, CancellationToken cancellationToken)
    {
        if (job.Result is not { } result || !result.TryGetProperty("model", out var model) || model.ValueKind != JsonValueKind.String || model.GetString()!.Split('/') is not [var name, var version])
        {
            return job with { State = JobState.Failed, Error = "done, but it names no model to publish" };
        }

        try
        {
            await _runtime.Stages.PublishAsync(name, version, $"job {job.Id}", null, cancellationToken);
            return job;
        }
        catch (ModelRefusedException refused)
        {
            return job with { State = JobState.Failed, Error = $"done, but the model cannot serve: {refused.Message}" };
        }
    }
}
