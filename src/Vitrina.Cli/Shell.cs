using System.CommandLine;
using Vitrina.Engine;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Ranking;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Files;
using Vitrina.Learning;
using Vitrina.Simulation.Goods;

namespace Vitrina.Cli;

/// <summary>A mistake of the person at the keyboard that the parser cannot see: exit code 2 with the sentence.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>Runs a command line: 0 = done, 1 = failed, 2 = wrong usage; errors are sentences on the error stream.</summary>
internal static class Shell
{
    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync($"vitrina: {error.Message}");
            }

            var command = string.Join(' ', parsed.CommandResult.Command == root ? [] : new[] { parsed.CommandResult.Command.Name });
            await Console.Error.WriteLineAsync($"Try: vitrina {command}{(command.Length > 0 ? " " : "")}--help");
            return 2;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            await Console.Error.WriteLineAsync($"vitrina: {exception.Message}");
            return exception is UsageException or RankRequestException or WorldConfigurationException ? 2 : 1;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("vitrina: stopped");
            return 1;
        }
    }

    private static bool IsExpected(Exception exception) => exception is UsageException or InvalidVerticalException or DataDirectoryBusyException
        or JournalDamagedException or JournalUnavailableException or RankRequestException or NothingToLearnException or WorldConfigurationException
        or DamagedFileException or HttpRequestException or IOException or UnauthorizedAccessException or DeclarationFileException;
}

/// <summary>A file of declarations with mistakes in it.</summary>
internal sealed class DeclarationFileException(IReadOnlyList<DeclarationError> errors) : Exception(string.Join("\nvitrina: ", errors));
