using System.Diagnostics;

namespace Vitrina.Api.Jobs;

/// <summary>A job to start.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Options">Its options, as the command line takes them.</param>
public sealed record JobRequest(string Id, string Kind, IReadOnlyDictionary<string, string> Options);

/// <summary>Starts jobs as processes of their own.</summary>
/// <param name="Kinds">The kinds of jobs that there are.</param>
/// <param name="Launch">What to run for a job. Lines of JSON on its output tell progress (<c>{"progress": 0.4}</c>) and the result (<c>{"result": {…}}</c>);
/// one JSON document as the whole output is a result too; everything else is its log. The exit code 0 means done.</param>
public sealed record JobLauncher(IReadOnlyList<string> Kinds, Func<JobRequest, ProcessStartInfo> Launch);
