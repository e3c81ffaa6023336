using System.Diagnostics;
using System.Net;
using Vitrina.Api.Batches;
using Vitrina.Api.Errors;
using Vitrina.Api.Events;
using Vitrina.Api.Experiments;
using Vitrina.Api.Features;
using Vitrina.Api.FirstPage;
using Vitrina.Api.Health;
using Vitrina.Api.Items;
using Vitrina.Api.Jobs;
using Vitrina.Api.Models;
using Vitrina.Api.Offers;
using Vitrina.Api.Ranking;
using Vitrina.Api.Rankings;
using Vitrina.Api.Security;
using Vitrina.Api.Sellers;
using Vitrina.Api.Users;
using Vitrina.Api.Verticals;
using Vitrina.Engine;

namespace Vitrina.Api;

/// <summary>The HTTP API over a running engine.</summary>
public static class ApiHost
{
    /// <summary>Makes the server; the caller starts and stops it. The engine stays the caller's to dispose, after the server.</summary>
    /// <param name="runtime">The engine.</param>
    /// <param name="options">Options.</param>
    /// <param name="jobs">Starts jobs; absent: there are none.</param>
    /// <param name="configure">Adds to the builder before it is built: logging, telemetry.</param>
    /// <exception cref="UnprotectedServerException">The server could be reached from elsewhere and there is no API key.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">An option is out of its range.</exception>
    public static WebApplication Build(EngineRuntime runtime, ApiOptions options, JobLauncher? jobs = null, Action<WebApplicationBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(runtime);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var exposed = options.Url.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault(url => !IsLoopback(url));
        var gate = new KeyGate(runtime, options, exposed is not null);
        if (exposed is not null && !gate.HasKeys && options.RequireKeys != KeyRequirement.Off)
        {
            gate.Dispose();
            throw new UnprotectedServerException(exposed);
        }

        // The empty builder reads no files and no environment: what holds is what was given here.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Vitrina.Api" });
        ConfigureServer(builder, options);
        builder.Services.AddSingleton(gate);
        builder.Services.AddSingleton<ApiMeter>();
        builder.Services.AddSingleton(provider => new JobHost(runtime, options, jobs, provider.GetRequiredService<ILogger<JobHost>>()));
        builder.Services.AddHostedService(provider => provider.GetRequiredService<JobHost>());
        configure?.Invoke(builder);
        var app = builder.Build();
        Use(app, gate);
        Map(app, runtime, options);
        return app;
    }

    private static void ConfigureServer(WebApplicationBuilder builder, ApiOptions options)
    {
        builder.WebHost.UseKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes;
            kestrel.Limits.MaxConcurrentConnections = options.MaxConnections;
        });
        builder.WebHost.UseUrls(options.Url);
        builder.WebHost.UseShutdownTimeout(TimeSpan.FromSeconds(options.ShutdownSeconds));
        builder.Services.AddRouting();
        builder.Services.AddExceptionHandler<ProblemHandler>();
        builder.Services.ConfigureHttpJsonOptions(json => ApiJson.Configure(json.SerializerOptions));
        builder.Services.AddEndpointsApiExplorer();
        OpenApiDocument.Add(builder.Services);
        builder.Logging.SetMinimumLevel(LogLevel.Information);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);

        // Our handler writes what is worth writing; this one would print the exceptions of callers' mistakes as errors.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Diagnostics.ExceptionHandlerMiddleware", LogLevel.None);
    }

    private static bool IsLoopback(string url)
    {
        var address = BindingAddress.Parse(url);
        return address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
    }

    private static void Use(WebApplication app, KeyGate gate)
    {
        var meter = app.Services.GetRequiredService<ApiMeter>();
        app.Use(next => http => MeasureAsync(http, next, meter));
        app.UseExceptionHandler(new ExceptionHandlerOptions { AllowStatusCode404Response = true, ExceptionHandler = http => Task.CompletedTask });
        app.UseStatusCodePages(context => Problem.WriteAsync(context.HttpContext, ProblemHandler.OfStatus(context.HttpContext.Response.StatusCode)));
        app.Use(next => http =>
        {
            SecurityHeaders.Set(http);
            return next(http);
        });
        app.UseRouting();
        app.Use(next => http => gate.InvokeAsync(http, next));
    }

    private static async Task MeasureAsync(HttpContext http, RequestDelegate next, ApiMeter meter)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            await next(http);
        }
        finally
        {
            var route = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "none";
            meter.Answered(route, http.Response.StatusCode, Stopwatch.GetElapsedTime(started));
        }
    }

    private static void Map(WebApplication app, EngineRuntime runtime, ApiOptions options)
    {
        var bodies = new BodyReader(options);
        var intake = new BatchIntake(runtime, options, bodies);
        var verticals = new ServedVerticals(runtime);
        new RankEndpoint(runtime, options, bodies, app.Services.GetRequiredService<ApiMeter>()).Map(app);
        new EventsEndpoints(runtime, intake, verticals).Map(app);
        new ItemsEndpoints(runtime, intake, verticals).Map(app);
        new UsersEndpoints(runtime, intake, verticals).Map(app);
        new SellersEndpoints(runtime, intake, verticals).Map(app);
        new FeaturesEndpoints(runtime, intake, verticals).Map(app);
        new RankingsEndpoints(runtime, options).Map(app);
        new VerticalsEndpoints(runtime).Map(app);
        new KillSwitchEndpoints(runtime, bodies).Map(app);
        new ModelsEndpoints(runtime, bodies).Map(app);
        new OffersEndpoints(runtime, bodies).Map(app);
        new ExperimentsEndpoints(runtime, bodies).Map(app);
        new JobsEndpoints(app.Services.GetRequiredService<JobHost>(), bodies).Map(app);
        new HealthEndpoints(runtime).Map(app);
        new MaintenanceEndpoint(runtime).Map(app);
        FirstPageEndpoints.Map(app);
        OpenApiDocument.Map(app);
    }
}
