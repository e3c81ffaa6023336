using System.CommandLine;
using System.CommandLine.Parsing;
using Vitrina.Api.Experiments;
using Vitrina.Engine;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Ranking;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Files;
using Vitrina.Learning;
using Vitrina.Learning.Recommending.Files;
using Vitrina.Learning.Training;
using Vitrina.Simulation.Driving;

namespace Vitrina.Cli;

/// <summary>A mistake of the person at the keyboard that the parser cannot see: exit code 2 with the sentence.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>Runs a command line: 0 = done, 1 = failed, 2 = wrong usage; errors are sentences on the error stream.</summary>
internal static class Shell
{
    /// <summary>Set to anything, it adds the place in the code to errors that should not happen.</summary>
    public const string TraceVariable = "VITRINA_TRACE";

    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            await RefuseAsync(parsed);
            return 2;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            await Console.Error.WriteLineAsync($"vitrina: {exception.Message}");
            return exception is UsageException or ExperimentRefusedException { IsConflict: false } or RankRequestException or WorldConfigurationException ? 2 : 1;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("vitrina: stopped");
            return 1;
        }
        catch (Exception exception)
        {
            // The outermost frame: a mistake of ours is told as a sentence too; where it happened is for those who ask.
            await Console.Error.WriteLineAsync($"vitrina: this should not happen, please report it: {exception.GetType().Name}: {exception.Message}");
            if (Environment.GetEnvironmentVariable(TraceVariable) is { Length: > 0 })
            {
                await Console.Error.WriteLineAsync(exception.StackTrace);
            }

            return 1;
        }
    }

    private static async Task RefuseAsync(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var names = command.Subcommands.Select(known => known.Name).ToList();
        if (names.Count > 0 && parsed.UnmatchedTokens is [var wrong, ..] && !wrong.StartsWith('-'))
        {
            var nearest = NearestName.Find(wrong, names);
            await Console.Error.WriteLineAsync($"vitrina: there is no command '{wrong}'; {(nearest is null ? $"there are {string.Join(", ", names)}" : $"did you mean '{nearest}'?")}");
        }
        else
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync($"vitrina: {error.Message.ReplaceLineEndings(" ").Replace("\t", "", StringComparison.Ordinal)}");
            }
        }

        var path = new List<string>();
        for (SymbolResult? result = parsed.CommandResult; result is CommandResult { Command: not RootCommand } at; result = at.Parent)
        {
            path.Insert(0, at.Command.Name);
        }

        await Console.Error.WriteLineAsync($"Try: vitrina {string.Join(' ', [.. path, "--help"])}");
    }

    private static bool IsExpected(Exception exception) => exception is UsageException or ExperimentRefusedException or ModelRefusedException or OffersRefusedException or InvalidVerticalException or DataDirectoryBusyException
        or JournalDamagedException or JournalUnavailableException or RankRequestException or NothingToLearnException or WorldConfigurationException
        or DamagedFileException or HttpRequestException or IOException or UnauthorizedAccessException or DeclarationFileException
        or TrainingSetException or SvmLightException or RecommendDataException;
}

/// <summary>A file of declarations with mistakes in it.</summary>
internal sealed class DeclarationFileException(IReadOnlyList<DeclarationError> errors) : Exception(string.Join("\nvitrina: ", errors));
