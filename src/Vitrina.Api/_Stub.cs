#pragma warning disable
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Vitrina.Engine;
namespace Vitrina.Api
{
    public sealed class ApiOptions { public string Url { get; init; } = ""; }
    public static class ApiHost { public static WebApplication Build(EngineRuntime r, ApiOptions o, Jobs.JobLauncher l) { var b = WebApplication.CreateSlimBuilder(); var a = b.Build(); a.Urls.Add(o.Url); return a; } }
}
namespace Vitrina.Api.Jobs
{
    public sealed record JobRequest(string Kind, Dictionary<string,string> Options);
    public sealed class JobLauncher { public JobLauncher(string[] k, Func<JobRequest, ProcessStartInfo> f) {} }
}
