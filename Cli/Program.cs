using AioV2.Cli;

return await Aio2Program.RunAsync(args).ConfigureAwait(false);
