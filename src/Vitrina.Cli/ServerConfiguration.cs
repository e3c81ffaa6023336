using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Vitrina.Api;
using Vitrina.Engine;

namespace Vitrina.Cli;

/// <summary>The options of a server: defaults, then <c>vitrina.json</c> in the data directory, then environment variables, then the command line.</summary>
/// <param name="Engine">Section <c>Engine</c>.</param>
/// <param name="Api">Section <c>Api</c>.</param>
internal sealed record ServerConfiguration(EngineOptions Engine, ApiOptions Api)
{
    /// <summary>The file in the data directory.</summary>
    public const string FileName = "vitrina.json";

    /// <summary>Environment variables with this prefix count: <c>VITRINA__Engine__PublishIntervalMs=50</c>.</summary>
    public const string EnvironmentPrefix = "VITRINA__";

    // The validator of the framework does not look into sections.
    private static void Validate(object options)
    {
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        foreach (var section in options.GetType().GetProperties().Where(property => property.PropertyType.Name.EndsWith("Options", StringComparison.Ordinal)))
        {
            Validate(section.GetValue(options)!);
        }
    }

    /// <summary>Reads the options.</summary>
    /// <param name="directory">The data directory.</param>
    /// <param name="url">The address from the command line, or null.</param>
    /// <exception cref="UsageException">A key is no option, or a value does not fit; the message names it.</exception>
    public static ServerConfiguration Read(string directory, string? url)
    {
        try
        {
            var configuration = new ConfigurationBuilder()
                .AddJsonFile(Path.Combine(Path.GetFullPath(directory), FileName), optional: true)
                .AddEnvironmentVariables(EnvironmentPrefix)
                .AddInMemoryCollection(url is null ? [] : [KeyValuePair.Create<string, string?>($"{ApiOptions.Section}:{nameof(ApiOptions.Url)}", url)])
                .Build();
            foreach (var section in configuration.GetChildren().Where(section => section.Key is not ("Engine" or ApiOptions.Section)))
            {
                throw new UsageException($"'{section.Key}' is no section of options; there are Engine and {ApiOptions.Section}");
            }

            var engine = new EngineOptions();
            configuration.GetSection("Engine").Bind(engine, binder => binder.ErrorOnUnknownConfiguration = true);
            Validate(engine);
            return new ServerConfiguration(engine, ApiOptions.Read(configuration));
        }
        catch (Exception exception) when (exception is InvalidOperationException or OptionsValidationException or ValidationException or InvalidDataException)
        {
            throw new UsageException($"the options do not fit: {exception.Message}{(exception.InnerException is { } inner ? $" ({inner.Message})" : "")}");
        }
    }
}
