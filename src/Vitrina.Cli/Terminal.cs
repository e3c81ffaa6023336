using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Vitrina.Cli;

/// <summary>What commands say: tables and progress for people, one JSON document for machines.</summary>
internal sealed class Terminal(bool isJson)
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new FiniteNumbers() },
    };

    private const int WidthWithoutTerminal = 240;

    /// <summary>True when only one JSON document goes to the output.</summary>
    public bool IsJson { get; } = isJson;

    /// <summary>The options of all JSON that the command line prints.</summary>
    public static JsonSerializerOptions JsonOptions => Indented;

    /// <summary>Says something to a person; silent for machines.</summary>
    public void Say(string text)
    {
        if (!IsJson)
        {
            Console.Out.WriteLine(text);
        }
    }

    /// <summary>Prints the result: the document for machines, the text for people.</summary>
    public void Result(JsonNode document, Action forPeople)
    {
        if (IsJson)
        {
            Console.Out.WriteLine(document.ToJsonString(Indented));
        }
        else
        {
            forPeople();
        }
    }

    /// <summary>Prints a table of rows.</summary>
    public void Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        if (IsJson)
        {
            return;
        }

        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(Markup.Escape(column)).NoWrap());
        }

        foreach (var row in rows)
        {
            table.AddRow([.. row.Select(Markup.Escape)]);
        }

        // Without a terminal there is no width to keep to: a narrow guess would drop columns.
        AnsiConsole.Profile.Width = Console.IsOutputRedirected ? WidthWithoutTerminal : AnsiConsole.Profile.Width;
        AnsiConsole.Write(table);
    }

    /// <summary>Runs long work under a progress bar; silent when the output is not a terminal.</summary>
    /// <param name="title">What is done.</param>
    /// <param name="work">Reports the done share, 0 to 1.</param>
    public async Task<T> RunAsync<T>(string title, Func<IProgress<double>, Task<T>> work)
    {
        if (IsJson || Console.IsOutputRedirected)
        {
            Say(title);
            return await work(new Silent());
        }

        T? result = default;
        await AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new SpinnerColumn())
            .StartAsync(async context =>
            {
                var task = context.AddTask(Markup.Escape(title), maxValue: 1);
                result = await Task.Run(() => work(new Bar(task)));
                task.Value = 1;
            });
        return result!;
    }

    private sealed class Silent : IProgress<double>
    {
        public void Report(double value)
        {
        }
    }

    private sealed class Bar(ProgressTask task) : IProgress<double>
    {
        public void Report(double value) => task.Value = value;
    }
}
